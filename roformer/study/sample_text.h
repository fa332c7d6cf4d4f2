// Text for a trained model to read, of a bounded size.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "roformer/model/encoder.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/study/study_options.h"

namespace roformer::study {

/// Calls `read` for packed batches on options.device until options.tokens tokens are read, at least
/// one batch; returns a line on the text for people. The text is the lines of options.text, a
/// sequence each; without it the held-out sequences of the run that `folder` lies in, which a
/// language model reads as in its evaluation; of other folders apt's package descriptions. Throws
/// Error for text without a word and for a run that trains no language model.
std::string read_sample(const std::filesystem::path& folder, const model::EncoderConfig& config,
                        const StudyOptions& options,
                        const std::function<void(const packed::PackedBatch&)>& read);

}  // namespace roformer::study
