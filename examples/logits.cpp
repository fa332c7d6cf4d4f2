// logits DIR "Paris is the [MASK] of France.": the token that a masked language model finds
// likeliest at the first [MASK], from the logits of that token alone.
#include <roformer/checkpoint/load.h>
#include <roformer/head/language_model.h>
#include <roformer/text/tokenizer.h>
#include <torch/autograd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

using namespace roformer;

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: logits DIR TEXT\n", 2;
  try {
    const std::filesystem::path folder = argv[1];
    auto model = checkpoint::load_model<head::LanguageModel>(folder).module;  // a torch::nn module
    const auto tokenizer = text::Tokenizer::load(folder);
    const std::vector<std::int32_t> ids = tokenizer.encode(argv[2]).ids;
    data::TokenBatch tokens;
    tokens.append(ids);  // further texts would stand behind it
    const auto mask = std::find(ids.begin(), ids.end(), tokenizer.mask_id()) - ids.begin();
    if (mask == std::ssize(ids)) throw Error("expected a [MASK] in the text but got none");
    const torch::NoGradGuard no_gradient;
    const torch::Tensor rows = torch::tensor({mask});  // tokens of the batch; none given: all
    const torch::Tensor logits = model(packed::from_tokens(tokens), rows);  // (1, vocab_size)
    std::cout << tokenizer.id_to_token(logits.argmax(1).item<std::int32_t>()) << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
