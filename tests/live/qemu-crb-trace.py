#!/usr/bin/env python3
"""Drives a real QEMU's tpm-crb with random accesses over qtest and prints what it showed, one JSON object a line.

    qemu-crb-trace.py --seed S --steps N > trace.jsonl        (replay: nisv conform crb trace.jsonl)

The TPM behind it is scripted: it speaks swtpm's control protocol and holds every command until a `rel` step answers
it, so that each value is a function of the seed alone and the time between START and the answer is covered too.
Python, because QEMU hands the data channel over as a file descriptor (SCM_RIGHTS), which Node cannot receive.

Lines: hdr; r/w {off, sz, val}: val is the little-endian integer in hexadecimal; mr/mw {off, data}; be {req}: bytes
that reached the TPM; rel {rsp}: the TPM answered and START fell; ctl {cmds}: control commands that QEMU sent during the
step before; reset.
"""
import argparse
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

BASE, BUFFER, BUFFER_SIZE = 0xFED40000, 0x80, 0xF80
LOC_CTRL, CTRL_REQ, CANCEL, START = 0x08, 0x40, 0x48, 0x4C
REGISTERS = [0x00, 0x08, 0x0C, 0x30, 0x34, 0x38, 0x40, 0x44, 0x48, 0x4C, 0x50, 0x54, 0x58, 0x5C, 0x60, 0x64, 0x68]
# Control command: name, bytes of its body.
CONTROL = {1: ("GET_CAPABILITY", 0), 2: ("INIT", 4), 3: ("SHUTDOWN", 0), 4: ("GET_TPMESTABLISHED", 0),
           5: ("SET_LOCALITY", 4), 9: ("CANCEL_TPM_CMD", 0), 0xB: ("RESET_TPMESTABLISHED", 4), 0xE: ("STOP", 0),
           0x10: ("SET_DATAFD", 0), 0x11: ("SET_BUFFERSIZE", 4)}
PATIENCE = 20  # seconds until something that has to come counts as missing


def exactly(sock, count):
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise EOFError("the peer has gone")
        data += piece
    return data


def wait(condition, what):
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not happen within {PATIENCE} s")
        time.sleep(0.001)


def response(code=0, payload=b"", declared=None):
    return struct.pack(">HII", 0x8001, 10 + len(payload) if declared is None else declared, code) + payload


class ScriptedTpm:
    """The swtpm that QEMU believes in. `events` are the control commands as they came."""

    def __init__(self, path, established):
        self.established, self.events, self.data = established, [], None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        control, _ = self.listener.accept()
        try:
            while self.one(control):
                pass
        except (EOFError, OSError):
            pass  # QEMU has ended

    def one(self, control):
        head, ancillary, _, _ = control.recvmsg(4, socket.CMSG_SPACE(4))
        if not head:
            return False
        code = struct.unpack(">I", head + exactly(control, 4 - len(head)))[0]
        name, size = CONTROL[code]
        body = exactly(control, size)
        reply = struct.pack(">I", 0)
        if name == "SET_DATAFD":
            self.data = socket.socket(fileno=struct.unpack("i", ancillary[0][2][:4])[0])
            threading.Thread(target=self.probe, daemon=True).start()
        elif name == "GET_CAPABILITY":
            reply = struct.pack(">Q", 0xFFFF)
        elif name == "GET_TPMESTABLISHED":
            reply += bytes([self.established, 0, 0, 0])
        elif name == "SET_BUFFERSIZE":
            reply += struct.pack(">III", struct.unpack(">I", body)[0] or 4096, 2808, 4096)
        self.events.append([name, body.hex()])
        control.sendall(reply)
        return True

    def probe(self):
        """QEMU asks for the version by one command when it starts; a tag of 0x8001 says TPM 2."""
        exactly(self.data, struct.unpack(">HI", exactly(self.data, 6))[1] - 6)
        self.data.sendall(response())

    def take(self, count):
        """The `count` bytes of a command, and what else arrived."""
        self.data.settimeout(PATIENCE)
        data = exactly(self.data, count)
        self.data.settimeout(0.002)
        try:
            data += self.data.recv(65536)
        except (TimeoutError, BlockingIOError):
            pass
        self.data.settimeout(None)
        return data


class Lines:
    """A socket of text lines; connects as soon as somebody listens."""

    def __init__(self, path, alive):
        self.sock, self.rest = socket.socket(socket.AF_UNIX), b""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.sock.connect(path)
                return
            except OSError:
                if not alive() or time.monotonic() > until:
                    raise
                time.sleep(0.005)

    def line(self):
        while b"\n" not in self.rest:
            piece = self.sock.recv(65536)
            if not piece:
                raise EOFError("QEMU has gone")
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode()

    def send(self, text):
        self.sock.sendall(text.encode() + b"\n")


class Qemu:
    """A q35 machine that is never started: only its bus answers."""

    def __init__(self, directory):
        qtest, qmp = f"{directory}/qtest", f"{directory}/qmp"
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-S", "-nodefaults", "-display", "none", "-m", "16",
             "-qtest", f"unix:{qtest},server=on,wait=off", "-qtest-log", "/dev/null",
             "-qmp", f"unix:{qmp},server=on,wait=off",
             "-chardev", f"socket,id=c,path={directory}/tpm", "-tpmdev", "emulator,id=t,chardev=c", "-device", "tpm-crb,tpmdev=t"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        alive = lambda: self.process.poll() is None
        self.qtest, self.qmp = Lines(qtest, alive), Lines(qmp, alive)
        version = json.loads(self.qmp.line())["QMP"]["version"]
        self.version = version["package"] or str(version["qemu"])
        self.execute("qmp_capabilities")

    def execute(self, command):
        self.qmp.send(json.dumps({"execute": command}))
        while "return" not in (answer := json.loads(self.qmp.line())):
            if "error" in answer:
                raise RuntimeError(answer["error"])

    def ask(self, command):
        self.qtest.send(command)
        while (line := self.qtest.line()).startswith("IRQ"):
            pass
        if not line.startswith("OK"):
            raise RuntimeError(f"{command}: {line}")
        return line[3:]

    def read(self, size, offset):
        return int(self.ask(f"read{' bw l   q'[size]} {BASE + offset:#x}"), 16)

    def write(self, size, offset, value):
        self.ask(f"write{' bw l   q'[size]} {BASE + offset:#x} {value:#x}")

    def read_bytes(self, offset, count):
        return bytes.fromhex(self.ask(f"read {BASE + offset:#x} {count:#x}")[2:])

    def write_bytes(self, offset, data):
        self.ask(f"write {BASE + offset:#x} {len(data):#x} 0x{data.hex()}")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Trace:
    """Random steps, weighted towards what drivers do and towards its edges."""

    def __init__(self, qemu, tpm, rng):
        self.qemu, self.tpm, self.rng = qemu, tpm, rng
        self.steps, self.running, self.locality_set = 0, None, False

    def emit(self, **line):
        print(json.dumps(line))
        self.steps += 1

    def control(self):
        if self.tpm.events:
            self.locality_set |= any(name == "SET_LOCALITY" for name, _ in self.tpm.events)
            self.emit(op="ctl", cmds=list(self.tpm.events))
            self.tpm.events.clear()

    def after_write(self):
        if self.running is None and self.qemu.read(4, START) & 1:
            size = min(int.from_bytes(self.qemu.read_bytes(BUFFER + 2, 4), "big"), BUFFER_SIZE)
            # No byte follows a declared size of 0; what QEMU does at most is to set the locality, once.
            if size == 0 and not self.locality_set:
                wait(lambda: any(name == "SET_LOCALITY" for name, _ in self.tpm.events), "SET_LOCALITY")
            self.running = self.tpm.take(size)
            self.control()
            self.emit(op="be", req=self.running.hex())
        self.control()

    def read(self, size, offset):
        self.emit(op="r", off=offset, sz=size, val=f"{self.qemu.read(size, offset):0{2 * size}x}")
        self.control()

    def write(self, size, offset, value):
        self.qemu.write(size, offset, value)
        self.emit(op="w", off=offset, sz=size, val=f"{value:0{2 * size}x}")
        self.after_write()

    def read_bytes(self, offset, count):
        self.emit(op="mr", off=offset, data=self.qemu.read_bytes(offset, count).hex())
        self.control()

    def write_bytes(self, offset, data):
        self.qemu.write_bytes(offset, data)
        self.emit(op="mw", off=offset, data=data.hex())
        self.after_write()

    def release(self):
        rng = self.rng
        payload = rng.randbytes(rng.choice([0, 2, 6, 18, 34, 120, 700, BUFFER_SIZE - 10]))
        answer = response(rng.choice([0, 0x100, 0x95]), payload)
        if rng.random() < 0.05:
            answer = response(declared=rng.randrange(10))  # no header: QEMU sets tpmSts
        self.tpm.data.sendall(answer)
        wait(lambda: not self.qemu.read(4, START) & 1, "the end of START")
        self.emit(op="rel", rsp=answer.hex())
        self.running = None
        self.control()

    def command(self):
        rng = self.rng
        size = rng.choice([10, 12, 12, 12, 65, 300, 3967, 3968, 3969, 9, 0, 0x10000, 0xFFFFFFFF])
        head = struct.pack(">HII", rng.choice([0x8001, 0x8002]), size, rng.choice([0x144, 0x17B, 0x17E, 0x182]))
        data = head + rng.randbytes(max(min(size, 200) - 10, 0))
        if rng.random() < 0.5:
            self.write_bytes(BUFFER, data)
            return
        width = rng.choice([1, 2, 4, 8])
        whole = min(len(data), 24) // width * width
        for at in range(0, whole, width):
            self.write(width, BUFFER + at, int.from_bytes(data[at:at + width], "little"))
        self.write_bytes(BUFFER, data[:10])

    def reset(self):
        self.qemu.execute("system_reset")
        # The main loop is inside the reset from INIT on, so that the next access comes after it.
        wait(lambda: any(name == "INIT" for name, _ in self.tpm.events), "the reset")
        self.emit(op="reset")
        self.control()

    def step(self):
        rng, kind = self.rng, self.rng.random()
        if self.running is not None and kind < 0.18:
            self.release()
        elif kind < 0.30:
            self.read(rng.choice([1, 2, 4, 4, 4, 8]), rng.choice(REGISTERS))
        elif kind < 0.38:
            self.read(rng.choice([1, 2, 4, 8]), rng.randrange(0x90))
        elif kind < 0.44:
            self.write(rng.choice([1, 4, 4]), LOC_CTRL, rng.choice([1, 1, 1, 2, 2, 4, 8, 3, 0]))
        elif kind < 0.52:
            self.write(rng.choice([1, 2, 4, 4]), CTRL_REQ, rng.choice([1, 1, 2, 2, 0, 3]))
        elif kind < 0.60:
            self.write(rng.choice([1, 2, 4, 4]), START, rng.choice([1, 1, 1, 1, 0, 2, 3]))
        elif kind < 0.64:
            self.write(rng.choice([1, 4]), CANCEL, rng.choice([1, 1, 0, 2]))
        elif kind < 0.68:
            self.write(rng.choice([1, 2, 4, 8]), rng.choice(REGISTERS), rng.getrandbits(rng.choice([3, 8])))
        elif kind < 0.72:  # wide and unaligned: QEMU's bus cuts them
            size = rng.choice([2, 4, 8])
            self.write(size, rng.randrange(0x7C), sum(rng.choice([0, 0, 1, 2]) << 8 * i for i in range(size)))
        elif kind < 0.86:
            if self.running is None or rng.random() < 0.15:  # also under a running command
                self.command()
        elif kind < 0.92:
            self.read_bytes(BUFFER, rng.choice([10, 16, 64, 500]))
        elif kind < 0.95:
            self.read_bytes(rng.choice([0, 0x30, 0x58, 0x70, 0x7D]), rng.choice([3, 5, 12, 24]))
        elif kind < 0.97:  # over both ends of the buffer
            self.write_bytes(rng.choice([0xFF0, 0xFFC, 0x800, 0x79]), rng.randbytes(rng.choice([1, 3, 4, 9])))
        elif kind < 0.975 and self.running is None:
            self.reset()

    def run(self, steps):
        while self.steps < steps:
            self.step()
        if self.running is not None:
            self.release()
        self.read_bytes(0, BUFFER)
        self.read_bytes(BUFFER, BUFFER_SIZE)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    options = parser.parse_args()
    if shutil.which("qemu-system-x86_64") is None:
        sys.exit("qemu-system-x86_64 is missing: install the Debian package qemu-system-x86")
    with tempfile.TemporaryDirectory(prefix="nisv-trace-") as directory:
        established = options.seed & 1
        tpm = ScriptedTpm(os.path.join(directory, "tpm"), established)
        qemu = Qemu(directory)
        try:
            trace = Trace(qemu, tpm, random.Random(options.seed))
            print(json.dumps({"op": "hdr", "seed": options.seed, "qemu": qemu.version, "base": BASE,
                              "established": established, "startup_ctl": tpm.events[:]}))
            tpm.events.clear()
            trace.run(options.steps)
        finally:
            qemu.close()


main()
