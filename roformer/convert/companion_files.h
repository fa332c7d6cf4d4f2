// What lies beside the weights of a checkpoint: config.json and the tokenizer's files.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/checkpoint/folder.h"
#include "roformer/convert/convert.h"

namespace roformer::convert {

/// Makes the folder `to`. Throws Error if it is `from`, or holds a checkpoint or one of `files`
/// and `force` is not set.
void prepare_target(const std::filesystem::path& from, const std::filesystem::path& to,
                    const std::vector<std::string>& files, bool force);

/// Writes config.json (of Google's bert_config.json, completed; with the new dtype), copies the
/// tokenizer's and sentence-transformers' files, removes weights that the new ones replace, and
/// adds all of it to the report.
void write_companions(const checkpoint::Folder& from, const std::filesystem::path& to,
                      const ConvertOptions& options, ConvertReport& report);

}  // namespace roformer::convert
