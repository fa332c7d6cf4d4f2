// One page of the paper's claims, made of what the studies found and wrote to disk, never by hand.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/study/study_options.h"

namespace roformer::study {

/// Seconds that the runs in a study's folder have trained, of their metrics; evaluation left out.
double training_seconds(const std::filesystem::path& study);

/// Markdown of the studies in these folders, each with a result.json: what the paper claims, what
/// was run, what the numbers carry, the command, the report and the time of training. Links are
/// seen from `page`'s folder. Throws Error naming the file that cannot be read.
std::string claims_page(const std::vector<std::filesystem::path>& studies,
                        const std::filesystem::path& page);

/// Every study at one scale, each in OUT/NAME, then OUT/claims.md. What is finished is not
/// repeated. Returns the signal that stopped it, or 0.
int reproduce_all(const StudyOptions& options);

}  // namespace roformer::study
