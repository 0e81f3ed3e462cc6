"""Live: what was recorded reaches every open browser, once and in order.

``timeline.record`` → ``publish`` (topic and number only) → channel layer → one ``hub`` per process
→ every browser. The page, the socket and the polling endpoint use the same renderers.
"""
