"""ASE as the client of `--engine ipi:unix:NAME`. Usage: ase_client.py NAME FILE"""
import sys
import time

from ase.calculators.emt import EMT
from ase.calculators.socketio import SocketClient
from ase.io import read

name, file = sys.argv[1:]
atoms = read(file)
atoms.calc = EMT()
for attempt in range(100):
    try:
        client = SocketClient(unixsocket=name)
        break
    except OSError:
        time.sleep(0.1)
client.run(atoms)
atoms.cell[:] = 0
print(atoms.get_potential_energy())
