"""What can be applied for, and every sheet of paper: shared by the server and the kiosk, usable with no line and no database."""
