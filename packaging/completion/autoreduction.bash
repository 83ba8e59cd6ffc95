# bash completion for autoreduction-ctl and post-process-admin: the programs themselves say what may come next.
# shellcheck shell=bash

_autoreduction() {
    local word=${COMP_WORDS[COMP_CWORD]} line=${1##*/} words
    case ${COMP_WORDS[COMP_CWORD - 1]} in
        --config | --file | --data | --script | --arguments | --output | --job-directory)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            compopt -o filenames 2>/dev/null
            return
            ;;
    esac
    line+=" ${COMP_WORDS[*]:1:COMP_CWORD}"
    # Not the short spellings of --help.
    words=$("$1" "[suggest:${#line}]" "$line" 2>/dev/null | grep -v '^[-/].$')
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _autoreduction autoreduction-ctl post-process-admin
