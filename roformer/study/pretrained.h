// Studies that fine-tune models which they pre-train themselves: whose changes are whose.
#pragma once
#include <string>
#include <vector>

#include "roformer/study/study_options.h"

namespace roformer::study {

/// The options of the pre-training, whose runs lie in OUT/pretraining, one a model: changes whose key
/// begins with "pretraining.".
StudyOptions pretraining_options(const StudyOptions& options);

/// The options of the fine-tuning: the other changes. Throws Error for one of `own`, the keys that
/// the study sets.
StudyOptions fine_tuning_options(StudyOptions options, const std::vector<std::string>& own);

}  // namespace roformer::study
