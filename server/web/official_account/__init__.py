"""公众号: the one address WeChat calls when a villager writes to, follows or leaves the official account."""

from server.web.official_account.views import Desk, official_account_blueprint

__all__ = ["Desk", "official_account_blueprint"]
