"""The Model Context Protocol at ``/mcp``: what an assistant in a lane reads and writes.

Nothing here decides, signs, executes, verifies, accepts, publishes, freezes or closes.
"""
