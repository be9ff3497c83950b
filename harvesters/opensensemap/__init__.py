"""What openSenseMap says beside its boxes."""
