"""An engine of the line protocol: springs between all pairs of atoms. Usage: engine.py BEHAVIOUR [AFTER]

The first AFTER evaluations are answered well; from then on it behaves as told.
"""
import json
import math
import sys
import time

behaviour = sys.argv[1]
after = int(sys.argv[2]) if len(sys.argv) > 2 else 0
molecule = json.loads(sys.stdin.readline())
assert molecule["protocol"] == 1 and molecule["multiplicity"] >= 1, molecule


def springs(points):
    energy, gradient = 0.0, [[0.0] * 3 for _ in points]
    for i, a in enumerate(points):
        for j, b in enumerate(points[:i]):
            length = 1.0 if "O" in (molecule["elements"][i], molecule["elements"][j]) else 1.6
            distance = math.dist(a, b)
            energy += 200.0 * (distance - length) ** 2
            for k in range(3):
                slope = 400.0 * (distance - length) * (a[k] - b[k]) / distance
                gradient[i][k] += slope
                gradient[j][k] -= slope
    return energy, gradient


def answer(points):
    energy, gradient = springs(points)
    if behaviour == "forces":
        hartree, bohr = 627.509474063, 0.529177210903
        flat = [-g * bohr / hartree for row in gradient for g in row]
        return {"energy": energy / hartree, "forces": flat, "units": "hartree,bohr"}
    return {"energy": energy, "gradient": gradient}


for count, line in enumerate(sys.stdin):
    result = answer(json.loads(line)["coordinates"])
    if count >= after:
        if behaviour == "die":
            print("out of luck", file=sys.stderr)
            sys.exit(3)
        if behaviour == "hang":
            time.sleep(600)
        if behaviour == "nan":
            result["energy"] = math.nan
        if behaviour == "null":
            result["gradient"][1][2] = None
        if behaviour == "short":
            result["gradient"].pop()
        if behaviour == "complain":
            result = {"error": "no basis set for this element"}
        if behaviour == "garbage":
            print("Welcome to the engine!", flush=True)
            continue
        if behaviour == "flood":
            while True:
                sys.stdout.write("x" * 65536)
        if behaviour == "chatter":
            print(json.dumps(result), flush=True)
    print(json.dumps(result), flush=True)
