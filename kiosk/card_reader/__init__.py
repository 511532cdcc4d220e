"""Reads the chip of a second-generation resident identity card through a certified reader (GA 450), on a serial port or USB."""
