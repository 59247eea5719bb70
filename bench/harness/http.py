"""Plain requests, many at a time, to prepare what wrk then measures."""
import http.client
import json
import threading
from urllib.parse import urlsplit


def call(url, method, path, token, body=None):
    """One request; answers its JSON, and stops the run on anything but success."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        return _send(connection, method, path, token, body)
    finally:
        connection.close()


def in_parallel(url, requests, threads=8):
    """Sends (method, path, token, body) over a few kept connections. The first fault stops the run."""
    pending = iter(requests)
    gate, faults = threading.Lock(), []

    def work():
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        try:
            while not faults:
                with gate:
                    request = next(pending, None)
                if request is None:
                    return
                _send(connection, *request)
        except (OSError, http.client.HTTPException, RuntimeError) as fault:
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if faults:
        raise RuntimeError(f"Preparing {url} failed: {faults[0]}")


def _send(connection, method, path, token, body):
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"X-Auth-Token": token, "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path} answered {answer.status}: {text[:300].decode(errors='replace')}")
    return json.loads(text) if text else None
