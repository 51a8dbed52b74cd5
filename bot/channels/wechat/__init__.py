"""The WeChat Official Account as a channel; protocol facts in docs/wechat.md."""
