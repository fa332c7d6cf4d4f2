// Stages of a run: consecutive pieces with their own sequence length and batch size (Table 4 of the
// RoFormer paper), and the micro-batches that they ask for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace roformer::data {

struct Stage {
  std::int64_t length = 512;      // largest number of tokens in a sequence, special ones included
  std::int64_t batch_size = 0;    // sequences in a micro-batch; 0: batch_tokens counts
  std::int64_t batch_tokens = 0;  // tokens in a micro-batch, at most; 0: batch_size counts
  std::int64_t accumulate = 1;    // micro-batches whose gradients make one step
  std::int64_t steps = 0;
  double learning_rate = 0;  // peak; 0: the optimizer's
  double epochs = 0;         // in the place of steps, until the text is known; 0: steps count
};

/// Throws Error naming the key: sizes < 1, or not exactly one of batch_size and batch_tokens, or of
/// steps and epochs.
void validate(const std::vector<Stage>& stages);

/// Whether the steps of all stages are known.
bool have_steps(const std::vector<Stage>& stages);

/// The updates of a stage of so many epochs, of which one has `batches` micro-batches (1.5: the
/// second is shared with the next epoch): rounded up, at least 1. Throws Error for more than 2⁵³.
std::int64_t steps_of_epochs(double epochs, double batches, std::int64_t accumulate);

/// "3 epochs", "100 steps and 2 epochs".
std::string duration_in_words(const std::vector<Stage>& stages);

/// The steps of all stages together. Throws Error where a stage is in epochs still.
std::int64_t total_steps(const std::vector<Stage>& stages);

/// Which micro-batch is wanted. It is drawn from these numbers alone, so that nothing of the data
/// has to be saved.
struct BatchRequest {
  Stage stage;
  std::int64_t stage_index = 0;  // each stage has an order of its own
  std::int64_t step = 0;         // 0, 1, … within the stage
  std::int64_t micro_step = 0;   // 0 … stage.accumulate − 1
  std::int64_t update = 0;       // 0, 1, … within the whole run
};

/// The number of the micro-batch within its stage: 0, 1, … Throws Error for a step or micro step
/// out of range.
std::int64_t micro_batch_number(const BatchRequest& request);

/// The first micro-batch of update 0, 1, … of the run; past the end, behind the last stage's last
/// step.
BatchRequest first_request(const std::vector<Stage>& stages, std::int64_t update);

/// The micro-batch that follows one in the run, if there is any.
std::optional<BatchRequest> next_request(const std::vector<Stage>& stages,
                                         const BatchRequest& request);

}  // namespace roformer::data
