package evidence

// CheckNames are the names of all checks, for tests outside the package.
func CheckNames() []CheckName { return checkNames[:] }
