// What has changed between two answers of one command, for whoever watches: of a list the rows that are new or other and the
// keys of those that have gone, instead of thousands of rows every two seconds. Values in, JSON out.
#pragma once

#include <cc/data.h>

#include <cstdint>
#include <map>
#include <string>

namespace branchline {

class LiveRows {
public:
    /// The list "rows" of the answer, each row known by its "id" ("" = no list: the answer is one value). `age` names the key
    /// of a row that counts seconds up by itself; it is no change while it only does that.
    LiveRows(std::string rows, std::string id, std::string age)
        : rows_(std::move(rows)), id_(std::move(id)), age_(std::move(age)) {}

    /// Takes the newest "arguments" (null = empty), read at `seconds` on a steady clock.
    void take(const isc::data::ConstElementPtr& arguments, std::int64_t seconds);
    /// {"all": true, rows: […], …}: for one who has seen nothing yet.
    [[nodiscard]] std::string everything() const { return everything_; }
    /// {"gone": […], rows: […], …} since the answer before; "" = nothing.
    [[nodiscard]] std::string change() const { return change_; }

private:
    struct Row {
        std::string text;        // without the age
        std::int64_t since = 0;  // when the age was zero
    };

    const std::string rows_;
    const std::string id_;
    const std::string age_;
    std::map<std::string, Row> known_;
    std::string rest_;
    std::string everything_;
    std::string change_;
};

}  // namespace branchline
