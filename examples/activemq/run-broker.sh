#!/bin/sh
# run-broker.sh DIRECTORY PORT [CONFIGURATION]: a private ActiveMQ in the foreground, with its messages in DIRECTORY and
# STOMP on 127.0.0.1:PORT (0: a free port, named in the log on standard error). Needs Debian's package activemq.
# $ACTIVEMQ_CLASSPATH adds libraries that a CONFIGURATION of your own uses.
set -eu
usage='usage: run-broker.sh DIRECTORY PORT [CONFIGURATION]'
directory=${1:?$usage} port=${2:?$usage}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
home=${ACTIVEMQ_HOME:-/usr/share/activemq}
mkdir -p "$directory"
directory=$(CDPATH='' cd -- "$directory" && pwd)
classpath="$home/lib/*:$home/lib/optional/*${ACTIVEMQ_CLASSPATH:+:$ACTIVEMQ_CLASSPATH}"
exec java -Xms32m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
    -Djava.io.tmpdir="$directory" -Dactivemq.home="$home" -Dactivemq.base="$directory" \
    -Dactivemq.data="$directory" -Dstomp.port="$port" \
    -Dlog4j.configuration="file:$here/log4j.properties" -classpath "$classpath" \
    org.apache.activemq.console.command.ShellCommand start "xbean:file:${3:-$here/activemq.xml}"
