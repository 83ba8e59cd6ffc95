#!/bin/sh
# The version of the programs, as Directory.Build.props has it.
sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' "$(dirname "$0")/../Directory.Build.props"
