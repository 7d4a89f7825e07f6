// RocksDB's answers as errors of ours. Internal to storage/.
#pragma once

#include <rocksdb/status.h>

#include <string_view>

#include "events/error.hpp"
#include "storage/row_batch.hpp"

namespace reprise::storage {

// The column families' names, by number. The first has to be RocksDB's default one.
std::string_view family_name(Family family);

// Of a read, or of bringing rows together anew. `what` names what was read, for people.
Error read_error(const rocksdb::Status& status, std::string_view what);
// Of opening the folder at `path`.
Error open_error(const rocksdb::Status& status, std::string_view path);
// Of creating, writing or syncing one of the small files.
Error file_error(const rocksdb::Status& status, std::string_view file);

// What an operator can do about damage that opening finds.
inline constexpr std::string_view kDamageAdvice = "nothing was changed; restore the folder from a backup";

}  // namespace reprise::storage
