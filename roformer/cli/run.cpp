// roformer run: a model on given padded tensors, safetensors in and out.
#include <memory>
#include <string>

#include "roformer/cli/computing.h"
#include "roformer/format/safetensors.h"
#include "roformer/pipeline/finite_answers.h"
#include "roformer/pipeline/padded_run.h"

namespace roformer::cli {
namespace {

struct RunOptions {
  CommonOptions common;
  std::string model;
  std::string inputs;
  std::string outputs;
  bool hidden_states = false;
  bool attentions = false;
};

void run(const RunOptions& options) {
  pipeline::PaddedRunOptions wanted;
  wanted.hidden_states = options.hidden_states;
  wanted.attentions = options.attentions;
  apply(options.common, wanted);
  const auto inputs = format::load_tensors(options.inputs).tensors;
  const auto outputs = pipeline::run_padded(options.model, inputs, wanted);
  pipeline::require_finite(outputs, options.model);
  format::save_tensors(options.outputs, outputs, {{"format", "pt"}});
}

}  // namespace

void add_run_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("run", "The model on given tensors: hidden states and logits");
  const auto options = std::make_shared<RunOptions>();
  add_model_option(*command, options->model);
  command
      ->add_option(
          "--inputs", options->inputs,
          "safetensors with input_ids (B, T), of multiple choice (B, choices, T); optional "
          "attention_mask, token_type_ids and position_ids likewise; for decoders "
          "encoder_hidden_states (B, M, hidden), encoder_attention_mask (B, M) and "
          "prefix_lengths (B), the first tokens that all see; labels, "
          "next_sentence_label, start_positions and end_positions ask for the loss, in "
          "which labels of -100 and of padded places do not count; of encoder-decoders "
          "input_ids, decoder_input_ids (B, T), attention_mask, decoder_attention_mask")
      ->type_name("FILE")
      ->required();
  command
      ->add_option(
          "--outputs", options->outputs,
          "safetensors to write, zero at padded places: last_hidden_state (B, T, hidden) and what "
          "the class answers under transformers' names: logits, prediction_logits and "
          "seq_relationship_logits, start_logits and end_logits, pooler_output; loss; of "
          "encoder-decoders encoder_last_hidden_state too")
      ->type_name("FILE")
      ->required();
  command->add_flag("--hidden-states", options->hidden_states,
                    "write hidden_states.{i} (B, T, hidden) as well, i = 0 after the embeddings");
  command->add_flag(
      "--attentions", options->attentions,
      "write attentions.{i} (B, heads, T, T) and cross_attentions.{i} as well; not of "
      "encoder-decoders");
  add_answer_options(*command, options->common);
  add_examples(*command,
               "roformer run --model DIR --inputs in.safetensors --outputs out.safetensors "
               "--hidden-states");
  command->callback([options] { run(*options); });
}

}  // namespace roformer::cli
