"""What the development tools promise."""
