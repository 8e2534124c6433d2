"""What is deployed: the template, the settings, the package."""
