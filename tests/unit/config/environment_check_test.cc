#include "support.h"

#include "tftpd/config/json_text.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

// A port of the kernel's choice on loopback, held as a foreign program would, or with SO_REUSEPORT as the daemon itself.
class TakenPort {
public:
    explicit TakenPort(int type, int reuse = 0) : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
        ::setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &reuse, sizeof reuse);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        CHECK_EQUAL(0, ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size));
        if (type == SOCK_STREAM) {
            CHECK_EQUAL(0, ::listen(socket_, 1));
        }
        CHECK_EQUAL(0, ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size));
        number_ = ntohs(address.sin_port);
    }
    ~TakenPort() { ::close(socket_); }
    TakenPort(const TakenPort&) = delete;
    TakenPort& operator=(const TakenPort&) = delete;
    [[nodiscard]] std::uint16_t number() const { return number_; }

private:
    int socket_;
    std::uint16_t number_ = 0;
};

std::uint16_t free_port(int type) {
    return TakenPort(type).number();
}

}  // namespace

TEST_GROUP(EnvironmentCheck) {
    Scratch scratch;
    Config config;

    void setup() override {
        std::filesystem::create_directory(scratch / "files");
        std::filesystem::create_directory(scratch / "cache");
        std::filesystem::create_directory(scratch / "run");
        ::chmod((scratch / "run").c_str(), 0750);
        config.files = scratch / "files";
        config.cache.path = scratch / "cache";
        config.control_socket = scratch / "run/c.sock";
        config.event_socket = scratch / "run/e.sock";
        config.tftp_port = free_port(SOCK_DGRAM);
        config.http_port = free_port(SOCK_STREAM);
    }

    std::string said(const isc::data::ConstElementPtr& document = {}) {
        return error_of([&] { check_environment(config, document); });
    }
};

TEST(EnvironmentCheck, AGoodEnvironmentPasses) {
    STRCMP_EQUAL("", said().c_str());
}

TEST(EnvironmentCheck, DirectoriesThatCanBeMadeAreGood) {
    config.files = scratch / "new/files";
    config.cache.path = scratch / "new/cache";
    STRCMP_EQUAL("", said().c_str());
    CHECK_FALSE(std::filesystem::exists(scratch / "new"));
}

TEST(EnvironmentCheck, AFileInPlaceOfADirectoryIsFound) {
    config.cache.path = scratch.write("plain", "");
    CHECK(has(said(), "plain, which is no directory"));
    config.cache.path = scratch / "cache";
    config.files = (scratch / "plain/files");
    CHECK(has(said(), "plain/files, which is not there and cannot be made below " + (scratch / "plain").string()));
}

TEST(EnvironmentCheck, SocketDirectoriesMustBeThereAndKeasMode) {
    ::chmod((scratch / "run").c_str(), 0755);
    CHECK(has(said(), "must have exactly the mode 0750"));
    config.control_socket.clear();
    STRCMP_EQUAL("", said().c_str());
    config.event_socket = scratch / "none/e.sock";
    CHECK(has(said(), "none, which is no directory"));
}

TEST(EnvironmentCheck, APortInUseIsFound) {
    const TakenPort udp(SOCK_DGRAM);
    const TakenPort tcp(SOCK_STREAM);
    const auto tftp_port = config.tftp_port;
    config.tftp_port = udp.number();
    CHECK(has(said(), "\"tftp-port\": the UDP port " + std::to_string(udp.number()) + " cannot be opened on IPv4"));
    config.tftp_port = tftp_port;
    config.transfer_ports = {udp.number(), udp.number()};
    CHECK(has(said(), "\"transfer-ports\": the UDP port"));
    config.transfer_ports = {};
    config.http_port = tcp.number();
    CHECK(has(said(), "\"http-port\": the TCP port " + std::to_string(tcp.number())));
    config.http_port = 0;
    STRCMP_EQUAL("", said().c_str());
}

TEST(EnvironmentCheck, PortsOfARunningDaemonAreNoFault) {
    const TakenPort udp(SOCK_DGRAM, 1);
    const TakenPort tcp(SOCK_STREAM, 1);
    config.tftp_port = udp.number();
    config.http_port = tcp.number();
    STRCMP_EQUAL("", said().c_str());
}

TEST(EnvironmentCheck, WithTheDocumentTheErrorHasAPlace) {
    config.cache.path = scratch.write("plain", "");
    CHECK(begins(said(read_json_text("{\"Tftpd\": {\n\"cache\": {\n\"path\": \"x\"}}}", "t")), "t:3:9: the cache's \"path\""));
    CHECK(begins(said(read_json_text("{\"Tftpd\": {\n\"cache\": {}}}", "t")), "t:2:10: the cache's \"path\""));
    CHECK(begins(said(read_json_text("{\"Tftpd\":\n{}}", "t")), "t:2:1: the cache's \"path\""));
    CHECK(begins(said(), "the cache's \"path\""));
}
