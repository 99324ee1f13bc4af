import asyncio
import os
import time
from contextlib import suppress

import pytest
import serial

from cli.simulated_line import SimulatedLine
from ringdesk.calls import Presentation
from ringdesk.errors import BadInput
from ringdesk.simulators.esl import SimulatedFreeSwitch
from ringdesk.simulators.modem import Model, SimulatedModem

PATIENCE = 20.0


async def connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = url.removeprefix("socket://").rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port))


async def answer(reader: asyncio.StreamReader, to: bytes) -> bytes:
    return await asyncio.wait_for(reader.readuntil(to), PATIENCE)


async def test_a_socket_answers_commands_and_rings() -> None:
    async with SimulatedLine(SimulatedModem(), time.time) as line:
        reader, writer = await connect(await line.serve_socket())
        writer.write(b"ATE0+VCID=1\r")
        await answer(reader, b"OK\r\n")
        await line.ready()
        await line.ring("0912345678", "CHEN", rings=2, cadence=0.1)
        said = await answer(reader, b"NAME = CHEN\r\n")
        assert b"RING" in said
        assert b"NMBR = 0912345678" in said
        await answer(reader, b"RING\r\n")
        writer.close()
        await writer.wait_closed()


async def test_ready_waits_for_caller_id_or_for_quiet() -> None:
    modem = SimulatedModem(Model(enable=frozenset()))
    async with SimulatedLine(modem, time.time) as line:
        reader, writer = await connect(await line.serve_socket())
        waiting = asyncio.create_task(line.ready(quiet=0.05))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        writer.write(b"AT+VCID=1\r")
        await answer(reader, b"ERROR\r\n")
        await asyncio.wait_for(waiting, PATIENCE)
        assert modem.mode == 0
        writer.close()
        await writer.wait_closed()


async def test_who_was_hung_up_on_is_told_why_and_is_no_listener() -> None:
    async with SimulatedLine(SimulatedFreeSwitch("right"), time.time) as line:
        url = await line.serve_socket()
        reader, writer = await connect(url)
        writer.write(b"auth wrong\n\n")
        said = await asyncio.wait_for(reader.read(), PATIENCE)
        assert b"-ERR invalid" in said
        assert b"text/disconnect-notice" in said
        writer.close()
        waiting = asyncio.create_task(line.ready(quiet=0.05))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        reader, writer = await connect(url)
        writer.write(b"auth right\n\napi show channels as json\n\n")
        await asyncio.wait_for(waiting, PATIENCE)
        writer.close()


async def test_every_wire_hears_the_line_and_one_that_leaves_does_not_disturb() -> None:
    async with SimulatedLine(SimulatedModem(), time.time) as line:
        url = await line.serve_socket()
        (one, staying), (two, leaving) = await connect(url), await connect(url)
        leaving.write(b"AT\r")
        await answer(two, b"OK\r\n")
        leaving.transport.abort()
        await line.ring(None, presentation=Presentation.PRIVATE, rings=1, cadence=0.1)
        await answer(one, b"RING\r\n")
    with suppress(ConnectionError):
        assert await asyncio.wait_for(one.read(), PATIENCE) == b""
    staying.transport.abort()


async def test_a_peer_that_does_not_read_loses_bytes_and_stops_nobody() -> None:
    words, commands = 20_000, 1000
    async with SimulatedLine(SimulatedModem(Model(firmware="X" * words)), time.time) as line:
        url = await line.serve_socket()
        (said, deaf), (reader, writer) = await connect(url), await connect(url)
        deaf.write(b"ATI3\r" * commands)
        await deaf.drain()
        writer.write(b"ATI\r")
        assert b"5601" in await answer(reader, b"OK\r\n")
        received = 0
        with suppress(TimeoutError):
            while data := await asyncio.wait_for(said.read(1_000_000), 0.5):
                received += len(data)
        assert words < received < words * commands * 0.9
        deaf.transport.abort()
        writer.transport.abort()


@pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")
async def test_a_pty_is_a_serial_port_that_outlives_its_listener() -> None:
    def speak(device: str) -> bytes:
        with serial.Serial(device, timeout=PATIENCE, exclusive=True) as port:
            port.write(b"ATI\r")
            return bytes(port.read_until(b"OK\r\n"))

    modem = SimulatedModem()
    async with SimulatedLine(modem, time.time) as line:
        device = line.serve_pty().removeprefix("serial://")
        for _ in range(2):
            assert b"5601" in await asyncio.to_thread(speak, device)
        modem.ring("0912345678", rings=2000, cadence=0.0, now=time.time())
        await line.ring("0912345678", rings=1, cadence=0.1)
        assert b"5601" in await asyncio.to_thread(speak, device)


async def test_an_address_that_cannot_be_used_is_refused_in_words() -> None:
    async with SimulatedLine(SimulatedModem(), time.time) as line:
        with pytest.raises(BadInput, match="choose another"):
            await line.serve_socket("203.0.113.1", 1)
