"""The thread of a server that a test plays itself."""

import threading


class Serving:
    """Calls _serve() on a thread of its own; that returns soon after self._closing is set."""

    def _begin(self):
        """From self.socket, which is bound."""
        self.socket.settimeout(0.2)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        self._closing.set()
        self._thread.join()
        self.socket.close()
