"""One package per marketplace, all of one shape: bytes and headers in, an event in our own words out."""
