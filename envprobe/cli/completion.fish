# Completion of envprobe for fish: envprobe completion fish > ~/.config/fish/completions/envprobe.fish

function _envprobe_completion
    set -l program (commandline -opc)[1]
    for completion in (env _ENVPROBE_COMPLETE=fish_complete COMP_WORDS=(commandline -cp) \
            COMP_CWORD=(commandline -ct) $program 2>/dev/null)
        set -l parts (string split --max 1 "," -- $completion)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2]
            case file
                __fish_complete_path $parts[2]
            case plain
                echo $parts[2]
        end
    end
end

complete --no-files --keep-order --command envprobe --arguments "(_envprobe_completion)"
