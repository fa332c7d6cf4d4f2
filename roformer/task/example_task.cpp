#include "roformer/task/example_task.h"

#include "roformer/base/error.h"

namespace roformer::task {

void require_examples(const labelled::EncodedCorpus& corpus, data::Split split) {
  if (corpus.part(split).num_examples() > 0) return;
  const char* part = data::split_name(split);
  base::require(corpus.learns(), "[task] expected {} to evaluate on but got none: {}",
                corpus.unit(), corpus.summary());
  base::fail(
      "[task] expected {} to evaluate on in the {} part but got none: give data.{}, or a larger "
      "data.{}_share",
      corpus.unit(), part, part, part);
}

}  // namespace roformer::task
