"""The reference case store: a separate service that keeps complaints once they are filed.

The bot knows it only by its HTTP contract (docs/contract/case-store.openapi.json); it imports
nothing of ``bot`` or ``actions``. Layers, each may import only what stands to its right:
``__main__ > bootstrap | settings > api | console > edge > storage > service > domain``.
"""
