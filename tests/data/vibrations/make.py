"""Writes ideal_gas.json: thermochemistry of three molecules by ASE's IdealGasThermo, with the constants of CODATA 2018.

Geometries: bond lengths and angles near the experimental ones. Wavenumbers: fundamentals after T. Shimanouchi, "Tables of Molecular
Vibrational Frequencies" (NSRDS-NBS 39, 1972), degenerate ones repeated.
"""

import json
from math import cos, pi, sin

import ase.thermochemistry
from ase import Atoms
from ase.units import create_units

units = create_units("2018")
ase.thermochemistry.units = units

WEIGHTS = {"H": 1.008, "C": 12.011, "O": 15.999}


def ring(n, radius, z, turn=0.0):
    return [[radius * cos(2 * pi * (k + turn) / n), radius * sin(2 * pi * (k + turn) / n), z] for k in range(n)]


MOLECULES = {
    "water": ("OHH", [[0, 0, 0.1173], [0, 0.7572, -0.4692], [0, -0.7572, -0.4692]], 2, [1595, 3657, 3756]),
    "ethane": (
        "CCHHHHHH",
        [[0, 0, 0.768], [0, 0, -0.768]] + ring(3, 1.0192, 1.1573) + ring(3, 1.0192, -1.1573, 0.5),
        6,
        [289, 822, 822, 995, 1190, 1190, 1379, 1388, 1468, 1468, 1469, 1469, 2896, 2954, 2969, 2969, 2985, 2985],
    ),
    "benzene": (
        "CCCCCCHHHHHH",
        ring(6, 1.3970, 0) + ring(6, 2.4810, 0),
        12,
        [398, 398, 606, 606, 673, 707, 846, 846, 967, 967, 990, 992, 1010, 1037, 1037, 1146, 1178, 1178, 1309, 1350]
        + [1482, 1482, 1599, 1599, 3056, 3056, 3057, 3064, 3064, 3073],
    ),
}

out = []
for name, (symbols, positions, sigma, wavenumbers) in MOLECULES.items():
    atoms = Atoms(symbols, positions, masses=[WEIGHTS[s] for s in symbols])
    thermo = ase.thermochemistry.IdealGasThermo(
        vib_energies=[w * units.invcm for w in wavenumbers],
        geometry="nonlinear",
        potentialenergy=0.0,
        atoms=atoms,
        symmetrynumber=sigma,
        spin=0,
    )
    for temperature, pressure in [(298.15, 1e5), (500.0, 101325.0)]:
        kcal = units.kcal / units.mol
        out.append(
            {
                "name": name,
                "elements": list(symbols),
                "positions": positions,
                "wavenumbers": wavenumbers,
                "symmetry_number": sigma,
                "temperature": temperature,
                "pressure": pressure,
                "zero_point_energy": thermo.get_ZPE_correction() / kcal,
                "enthalpy": thermo.get_enthalpy(temperature, verbose=False) / kcal,
                "entropy": thermo.get_entropy(temperature, pressure, verbose=False) / kcal,
                "free_energy": thermo.get_gibbs_energy(temperature, pressure, verbose=False) / kcal,
            }
        )
with open("ideal_gas.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row) for row in out) + "\n]\n")
