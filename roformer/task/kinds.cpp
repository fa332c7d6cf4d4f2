#include "roformer/task/kind.h"

// One line a kind: name_kind() of its file.
#define ROFORMER_KINDS(KIND) \
  KIND(masked_language)      \
  KIND(causal_language)      \
  KIND(translation)          \
  KIND(classification)       \
  KIND(regression)           \
  KIND(ranking)              \
  KIND(multiple_choice)      \
  KIND(token_classification) \
  KIND(question_answering)   \
  KIND(embedding)

namespace roformer::task {

#define ROFORMER_DECLARE(name) const Kind& name##_kind();
ROFORMER_KINDS(ROFORMER_DECLARE)

std::vector<const Kind*> kinds() {
#define ROFORMER_ADDRESS(name) &name##_kind(),
  return {ROFORMER_KINDS(ROFORMER_ADDRESS)};
}

}  // namespace roformer::task
