#!/usr/bin/env python3
"""Makes molecules.sdf and reference.json from molecules.smi with RDKit: embedded, 0.03 A of noise, UFF energy without cutoff."""
import json
import pathlib

import numpy as np
from rdkit import Chem
from rdkit.Chem import AllChem
from rdkit.Chem import rdForceFieldHelpers as helpers

here = pathlib.Path(__file__).parent
noise = np.random.default_rng(1)
blocks, reference = [], []
for smiles in (here / "molecules.smi").read_text().split():
    molecule = Chem.AddHs(Chem.MolFromSmiles(smiles))
    assert AllChem.EmbedMolecule(molecule, randomSeed=7, useRandomCoords=True) == 0, smiles
    conformer = molecule.GetConformer()
    for atom, position in enumerate(conformer.GetPositions() + 0.03 * noise.normal(size=(molecule.GetNumAtoms(), 3))):
        conformer.SetAtomPosition(atom, [round(float(c), 4) for c in position])
    molecule.SetProp("_Name", smiles)
    block = Chem.MolToMolBlock(molecule)
    molecule = Chem.MolFromMolBlock(block, removeHs=False)
    assert helpers.UFFHasAllMoleculeParams(molecule), smiles
    field = helpers.UFFGetMoleculeForceField(molecule, vdwThresh=1e9, ignoreInterfragInteractions=False)
    blocks.append(block + "$$$$\n")
    reference.append({"name": smiles, "rdkit_total": round(field.CalcEnergy(), 6)})
(here / "molecules.sdf").write_text("".join(blocks))
(here / "reference.json").write_text(",\n".join(map(json.dumps, reference)).join(["[", "]\n"]))
