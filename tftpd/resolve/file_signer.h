// Own files put into an envelope with this proxy's signature, or taken out of one. Signing takes milliseconds, and making the
// key at first start seconds, so both happen on one thread of their own; what came of it is kept, so that one file costs one
// signature however many phones ask for it. Which names this is right for is not known here (signed_names.h).
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/config/config.h"
#include "tftpd/store/content.h"
#include "tftpd/store/file_name.h"
#include "tftpd/trust/certificate_stores.h"
#include "tftpd/trust/signer.h"

#include <functional>
#include <memory>
#include <string>

namespace branchline {

class FileSigner {
public:
    static constexpr std::uint64_t max_file = 8u << 20;   ///< bytes of one file; ring tones and locales are smaller
    static constexpr std::uint64_t max_kept = 32u << 20;  ///< bytes of all files that are kept, before and after
    static constexpr std::size_t max_open = 256;          ///< files waiting for the thread
    static constexpr std::size_t max_askers = 8192;       ///< waiting for one file

    using Done = std::function<void(Result<ContentPtr>)>;

    using Certificates = std::function<trust::StoredCertificatesPtr()>;

    /// Opens the key or makes it, on the thread. If that fails it is said in the log, and nothing is signed. `certificates`
    /// gives those whose signatures are believed beside our own; null, or empty, if there are none.
    explicit FileSigner(const TrustSettings& settings, Certificates certificates = {});
    ~FileSigner();  ///< what is still open is answered with a Failure
    FileSigner(const FileSigner&) = delete;
    FileSigner& operator=(const FileSigner&) = delete;

    /// `plain` in an envelope that names it `asked`. Calls `done` once: before this returns if that file is there or too much
    /// is waiting, else later on the signing thread, or on that of the destructor. Any thread.
    void sign(const FileName& asked, ContentPtr plain, trust::Digest digest, Done done);
    /// What is in the envelope of `signed_file`, if the signature is our own, or by one of the store callmanager.
    void strip(const FileName& asked, ContentPtr signed_file, Done done);

    /// Null while the key is being opened or made, and if there is none.
    [[nodiscard]] std::shared_ptr<const trust::Signer> signer() const;
    /// Why there is no signer.
    [[nodiscard]] std::string fault() const;

private:
    struct Impl;
    struct Key;
    void enqueue(Key key, ContentPtr given, Done done);
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
