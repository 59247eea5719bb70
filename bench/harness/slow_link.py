"""A TCP link between a program and its database that takes its time."""
import asyncio


class SlowLink:
    """Holds every piece for `delay` seconds, each way and in order. It never lets one through earlier; a busy machine makes it later."""

    def __init__(self, target_port, listen):
        """`listen` makes an object for each connection; its question(data, due) and answer(data, due) are told each piece and when it goes on."""
        self.target_port, self.listen, self.delay = target_port, listen, 0.0

    async def start(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    def stop(self):
        self.server.close()

    async def _serve(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.close()
            return
        listener = self.listen()
        await asyncio.gather(self._carry(reader, far_writer, listener.question), self._carry(far_reader, writer, listener.answer))

    async def _carry(self, source, sink, tell):
        held = asyncio.Queue()
        passing = asyncio.create_task(self._pass_on(held, sink))
        try:
            while data := await source.read(65_536):
                due = asyncio.get_running_loop().time() + self.delay
                tell(data, due)
                held.put_nowait((due, data))
        except OSError:
            pass
        held.put_nowait(None)
        await passing

    @staticmethod
    async def _pass_on(held, sink):
        while (piece := await held.get()) is not None:
            due, data = piece
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            if not sink.is_closing():
                sink.write(data)
        sink.close()
