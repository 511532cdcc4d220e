"""The paper: every sheet the service prints or files, from plain values to PDF bytes."""

from reportlab import rl_config

# Images and streams go in as they are: ASCII85 would make every captured page a quarter larger on a village line.
rl_config.useA85 = 0
