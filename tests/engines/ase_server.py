"""ASE as the server of `thalweg serve`. Usage: ase_server.py unix:NAME|PORT FILE

Prints, as JSON, the energy and the largest difference of the forces from differences of energies, in eV and Å, and the energy that
BFGS finds.
"""
import json
import sys

from ase.calculators.socketio import SocketIOCalculator
from ase.io import read
from ase.optimize import BFGS

address, file = sys.argv[1:]
where = {"unixsocket": address[5:]} if address.startswith("unix:") else {"port": int(address)}
atoms = read(file)
with SocketIOCalculator(timeout=60, **where) as calculator:
    atoms.calc = calculator
    result = {"energy": atoms.get_potential_energy()}
    forces, worst, step = atoms.get_forces(), 0.0, 1e-4
    for i in range(len(atoms)):
        for k in range(3):
            energies = []
            for sign in (1, -1):
                atoms.positions[i, k] += sign * step
                energies.append(atoms.get_potential_energy())
                atoms.positions[i, k] -= sign * step
            slope = (energies[0] - energies[1]) / (2 * step)
            worst = max(worst, abs(slope + forces[i, k]))
    result["worst"] = worst
    BFGS(atoms, logfile=None).run(fmax=1e-4, steps=200)
    result["lowest"] = atoms.get_potential_energy()
print(json.dumps(result))
