// roformer run: a model on given padded tensors, safetensors in and out.
#include <memory>
#include <string>

#include "roformer/checkpoint/safetensors.h"
#include "roformer/cli/command.h"
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
  apply(options.common);
  pipeline::PaddedRunOptions wanted;
  wanted.hidden_states = options.hidden_states;
  wanted.attentions = options.attentions;
  wanted.device = torch::Device(options.common.device);
  const auto inputs = checkpoint::load_tensors(options.inputs).tensors;
  checkpoint::save_tensors(options.outputs, pipeline::run_padded(options.model, inputs, wanted),
                           {{"format", "pt"}});
}

}  // namespace

void add_run_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("run", "The model on given tensors: hidden states and logits");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("--model", options->model, "checkpoint folder")->required()->type_name("DIR");
  command
      ->add_option("--inputs", options->inputs,
                   "safetensors with input_ids (B, T) and, if wanted, attention_mask, "
                   "token_type_ids, position_ids")
      ->type_name("FILE")
      ->required();
  command
      ->add_option(
          "--outputs", options->outputs,
          "safetensors to write: last_hidden_state (B, T, hidden), and logits if the model has a "
          "head")
      ->type_name("FILE")
      ->required();
  command->add_flag("--hidden-states", options->hidden_states,
                    "write hidden_states.{i} (B, T, hidden) as well, i = 0 after the embeddings");
  command->add_flag("--attentions", options->attentions,
                    "write attentions.{i} (B, heads, T, T) as well");
  add_device_options(*command, options->common);
  add_examples(*command,
               "roformer run --model DIR --inputs in.safetensors --outputs out.safetensors "
               "--hidden-states");
  command->callback([options] { run(*options); });
}

}  // namespace roformer::cli
