// What the kinds read their recipes with: the sections [model] and [data], which hang on what is
// learned. No tensors here.
#pragma once
#include <map>
#include <string>

#include "roformer/data/data_options.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/parallel/parallel_options.h"
#include "roformer/task/kind.h"
#include "roformer/text/tokenizer.h"

namespace roformer::task {

/// [model] of a translation model: one side of it. Returns decoder_layers.
std::int64_t read_translation_model(const base::TomlTable& root, Recipe& recipe);

/// Gives a model the dropout of another: what a recipe may change of model.checkpoint.
void take_dropout(const model::EncoderConfig& from, model::EncoderConfig& to);

/// Whether a model that begins with another's weights leaves its table of positions out and turns
/// queries and keys instead, as the paper's RoFormer does with WoBERT's (section 4.5.1).
bool leaves_positions_out(const model::EncoderConfig& wanted, const model::EncoderConfig& started);
/// Gives a model the position encoding of another, which is not its family's.
void take_encoding(const model::EncoderConfig& from, model::EncoderConfig& to);

/// The options of encoding and linear attention that have an effect, as text.
std::map<std::string, std::string> options_in_force(const model::EncoderConfig& config);

/// Throws Error where a model's sizes do not fit each other, whatever the vocabulary; `where` says
/// whose they are.
void require_sound(model::EncoderConfig model, const std::string& where);
/// Throws Error where a table of positions has no room for `longest` tokens, which are `what`.
void require_positions(const Recipe& recipe, std::int64_t longest, const char* what);

/// Throws Error that says what to change where a model of bytes would learn from words, or one of
/// words from bytes: `tokenizer` is that of the model's folder.
void require_kind_of_tokens(const Recipe& recipe, const text::Tokenizer& tokenizer,
                            const std::filesystem::path& folder);

/// [model] of an encoder or a decoder: what model.checkpoint says, or a preset and what is changed
/// of it.
void read_language_model(const base::TomlTable& root, bool is_decoder, Recipe& recipe);

/// model.checkpoint, found as read_language_model finds it, for defaults that its folder has; empty:
/// drawn anew.
std::string starting_folder(const base::TomlTable& root, const Recipe& recipe);

/// [data] of labelled text.
labelled::LabelledOptions read_labelled_data(const base::TomlTable& root, labelled::LabelUse use,
                                             Recipe& recipe);

/// [data] of a translation model.
parallel::ParallelOptions read_parallel_data(const base::TomlTable& root, Recipe& recipe);

/// What the recipes of language models have in common: an encoder or decoder of one preset, and
/// text from data/. Recipe::options are data::DataOptions.
class LanguageKind : public Kind {
 public:
  LanguageKind(std::string_view name, data::DataUse use) : name_(name), use_(use) {}

  std::string_view name() const override { return name_; }
  void read(SectionReader& task, const base::TomlTable& root, Recipe& recipe) const override;
  /// Sizes of the model, and whether a table of positions has room for the longest sequence.
  void validate(const Recipe& recipe) const override;

 protected:
  /// The recipe's text, with the words of a model's folder if one is given; bytes stay bytes.
  static data::DataOptions text_options(const Recipe& recipe,
                                        const std::filesystem::path& vocabulary);

 private:
  std::string_view name_;
  data::DataUse use_;
};

}  // namespace roformer::task
