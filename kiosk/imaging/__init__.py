"""From the camera's picture to an upright, even page, and a sentence for the person when the picture is not good enough."""
