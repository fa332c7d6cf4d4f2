// One page of the paper's claims, made of what the studies found and wrote to disk, never by hand.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/study/study_options.h"

namespace roformer::study {

/// Markdown of the studies in these folders, each with a result.json: a table with a sentence on
/// each, then what the paper claims, what was run, what the numbers carry, the picture, the command
/// and the time of training. Pictures are seen from `page`'s folder; `command` makes all of it.
/// Throws Error naming the file that cannot be read.
std::string claims_page(const std::vector<std::filesystem::path>& studies,
                        const std::filesystem::path& page, const std::string& command);

/// Every study at one scale, each in OUT/NAME, and the pictures of their models, then
/// OUT/claims.md. What is finished is not repeated. Returns the signal that stopped it, or 0.
int reproduce_all(const StudyOptions& options);

}  // namespace roformer::study
