#compdef envprobe
# Completion of envprobe for zsh. In ~/.zshrc, behind compinit: eval "$(envprobe completion zsh)"

_envprobe_completion() {
    local -a response whole described folders schemes
    local kind value about
    response=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) \
        _ENVPROBE_COMPLETE=zsh_complete ${~words[1]} 2>/dev/null)}")
    compset -P '--*='
    for kind value about in ${response}; do
        case "$kind $about $value" in
            dir*) _path_files -/ ;;
            file*) _path_files -f ;;
            *\ _\ *[/=]) folders+=("$value") ;;
            *\ _\ *) whole+=("$value") ;;
            */) schemes+=("${value//:/\\:}:$about") ;;
            *) described+=("${value//:/\\:}:$about") ;;
        esac
    done
    # matched already, so -U; that leaves out what is kept of the word, so -i; more is to follow a folder or a scheme, so -S
    (( $#described )) && _describe -V unsorted described -U -i "$IPREFIX"
    (( $#schemes )) && _describe -V unsorted schemes -U -i "$IPREFIX" -S ''
    (( $#whole )) && compadd -U -i "$IPREFIX" -V unsorted -a whole
    (( $#folders )) && compadd -U -i "$IPREFIX" -V unsorted -S '' -a folders
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _envprobe_completion "$@"
else
    compdef _envprobe_completion envprobe
fi
