"""微信模拟台: a WeChat platform of our own on one laptop, so that the whole story runs with no line to Tencent.

It stands alone: nothing of the server is imported here, so the two can only agree by speaking WeChat's protocol.
"""

from server.wechat_simulator.app import create_simulator
from server.wechat_simulator.running import LocalServer, running_simulator
from server.wechat_simulator.settings import MessageTemplate, SimulatorSettings

__all__ = ["LocalServer", "MessageTemplate", "SimulatorSettings", "create_simulator", "running_simulator"]
