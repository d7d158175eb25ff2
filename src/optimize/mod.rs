//! Local minimization: the driver loop, convergence criteria, steppers and line search. Sees potentials only.
