# bash completion for branchlinectl. The words are those of tftpd/ctl/main.cc; an integration test holds the two together.

_branchlinectl_clusters() {
    branchlinectl --json cluster list 2>/dev/null | sed -n 's/^ *"cluster-id": "\([A-Za-z0-9.-]*\)",*$/\1/p'
}

_branchlinectl() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local -a words=()
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --socket) i=$((i + 1)) ;;
            -*) ;;
            *) words+=("${COMP_WORDS[i]}") ;;
        esac
    done
    case $before in
        --socket) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
        --cluster | --before) mapfile -t COMPREPLY < <(compgen -W "$(_branchlinectl_clusters)" -- "$current"); return ;;
        --store) mapfile -t COMPREPLY < <(compgen -W 'callmanager phone-sast tvs capf phone-edge' -- "$current"); return ;;
        --transport) mapfile -t COMPREPLY < <(compgen -W 'auto http tftp' -- "$current"); return ;;
        --as | --address | --list-version | --server | --fqdn | --description | --set | --name | --phone | --timeout | --verdict | --model | --subnet-id | --limit | --host | --seconds | --fingerprint | --port) return ;;
    esac
    local choices=''
    case "${words[*]:0:2}" in
        '') choices='--socket --json --help --help-all status statistics version build-report stop config-get config-test config-write reload
                     service cluster cache prewarm file phone scope trust exchange console system send' ;;
        service) choices='status start stop' ;;
        cluster) choices='list get add update del refresh' ;;
        cache) choices='list get flush' ;;
        file) choices='list add del' ;;
        phone) choices='list show explain' ;;
        trust) choices='show import list del build drop export check https' ;;
        exchange) choices='offer with status cancel' ;;
        scope) choices='list' ;;
        console) choices='password' ;;
        'console password') choices='operator viewer' ;;
        system) choices='status update rollback restart off configure confirm backup restore console-password support --host' ;;
        'system configure') choices='--seconds' ;;
        statistics*) choices='--reset' ;;
        'service stop') choices='--timeout --no-wait' ;;
        'cluster get' | 'cluster del' | 'cluster refresh' | 'trust check') choices=$(_branchlinectl_clusters) ;;
        'cluster update') choices="--server --fqdn --description --transport --before --set"
            [ ${#words[@]} -eq 2 ] && choices+=" $(_branchlinectl_clusters)" ;;
        'cluster add') choices='--server --fqdn --description --transport --before --set' ;;
        'cache list') choices='--cluster --phone' ;;
        'cache get') choices='--cluster' ;;
        'cache flush') choices='--cluster --phone --all' ;;
        'phone list') choices='--problems --verdict --model --subnet-id --limit --all --csv' ;;
        'file del') choices='--recursive' ;;
        'trust import' | 'trust list') choices='--cluster'
            [ ${#words[@]} -eq 2 ] && choices+=' callmanager phone-sast tvs capf phone-edge' ;;
        'trust del') choices='--store --cluster' ;;
        'trust build') choices='itl ctl --as --address --list-version' ;;
        'trust drop') choices='itl ctl' ;;
        'trust export') choices='--der' ;;
        'trust https') choices='--pem' ;;
        'exchange offer' | 'exchange with') choices='--fingerprint --cluster --port --timeout' ;;
        'file add') choices='--name --replace --unpack' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
    case "${words[*]}" in
        'file add' | config-test | 'trust show' | 'trust export' | 'trust import '?*) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current") ;;
    esac
}
complete -o filenames -F _branchlinectl branchlinectl
