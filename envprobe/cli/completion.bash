# Completion of envprobe for bash 4.4 or newer. In ~/.bashrc: eval "$(envprobe completion bash)"

_envprobe_completion() {
    local kind value
    COMPREPLY=()
    while IFS=',' read -r kind value; do
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORD="${COMP_WORDS[COMP_CWORD]}" \
        COMP_WORDBREAKS="$COMP_WORDBREAKS" _ENVPROBE_COMPLETE=bash_complete "$1" 2>/dev/null)
    # more is to follow a folder, a scheme or a name
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/=] ]]; then compopt -o nospace; fi
}

complete -o nosort -F _envprobe_completion envprobe
