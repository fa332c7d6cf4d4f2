#include "roformer/study/pretrained.h"

#include <string_view>

namespace roformer::study {
namespace {

constexpr std::string_view kPretrainingKeys = "pretraining.";

}  // namespace

StudyOptions pretraining_options(const StudyOptions& options) {
  StudyOptions own = options;
  own.out = options.out / "pretraining";
  own.seeds = 1;
  own.changes.clear();
  for (const std::string& change : options.changes)
    if (change.starts_with(kPretrainingKeys))
      own.changes.push_back(change.substr(kPretrainingKeys.size()));
  return own;
}

StudyOptions fine_tuning_options(StudyOptions options, const std::vector<std::string>& own) {
  std::erase_if(options.changes,
                [](const std::string& change) { return change.starts_with(kPretrainingKeys); });
  require_free_keys(options.changes, own);
  return options;
}

}  // namespace roformer::study
