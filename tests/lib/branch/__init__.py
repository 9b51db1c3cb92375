"""A branch office on one machine: network namespaces, real DHCP and TFTP servers, phones.

What the demo and the integration tests are made of. Nothing in here stands in for the product: the appliance runs
Debian's Kea with the hook and the daemon as they were built. Only what no real server would do (lie about a length,
answer from a wrong address) is played by branch.fakes.

    paths     where the programs under test are
    netns     network namespaces, links, switches
    process   programs that are started, watched and surely ended
    branch    the office: an appliance, a phone network, a wide area network, remote clusters
    kea       Kea 4 and 6: configuration, start, commands
    tftpd     the proxy TFTP daemon: configuration, start, commands, its log
    remote    real remote servers: tftpd-hpa, nginx
    fakes     remote servers that misbehave
    dhcp      DHCPv4 and DHCPv6 as bytes: a client, relays, a sniffer
    tftp      TFTP as bytes, for what no real client does
    clients   real clients: curl, busybox tftp, atftp, tftp-hpa, and what a phone sends by HTTP
    phone     a phone that boots
    samples   files like those that phones ask for
    case      the base of the tests
"""
