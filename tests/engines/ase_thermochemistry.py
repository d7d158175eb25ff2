"""Thermochemistry by ASE of what thalweg's JSON lines (standard input) say, at the minima of an XYZ file; constants of CODATA 2018."""

import json
import sys

import ase.thermochemistry
from ase.io import read
from ase.units import create_units

units = create_units("2018")
ase.thermochemistry.units = units
kcal = units.kcal / units.mol

for atoms, line in zip(read(sys.argv[1], index=":"), sys.stdin):
    record = json.loads(line)
    atoms.set_masses(record["masses"])
    thermo = ase.thermochemistry.IdealGasThermo(
        vib_energies=[w * units.invcm for w in record["wavenumbers"]],
        geometry=record["shape"],
        potentialenergy=0.0,
        atoms=atoms,
        symmetrynumber=record["symmetry_number"],
        spin=(record["multiplicity"] - 1) / 2,
    )
    for ours in record["temperatures"]:
        t, p = ours["temperature"], ours["pressure"]
        print(
            json.dumps(
                {
                    "zero_point_energy": thermo.get_ZPE_correction() / kcal,
                    "enthalpy": thermo.get_enthalpy(t, verbose=False) / kcal,
                    "entropy": thermo.get_entropy(t, p, verbose=False) / kcal,
                    "free_energy": thermo.get_gibbs_energy(t, p, verbose=False) / kcal,
                }
            )
        )
