"""Compares a daemon's answers with its OpenAPI description: openapi_check.py OPENAPI.json <ANSWERS.json

ANSWERS is a list of {"method", "path", "code", "type", "body"}. Prints what differs; ends with 1 if anything does.
"""
import json
import re
import sys

import jsonschema

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def resolve(api, node):
    """What a reference points to."""
    while "$ref" in node:
        reference = node["$ref"]
        node = api
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def strict(node):
    """Schemas in which an object has no keys but those that are described."""
    if isinstance(node, dict):
        closed = {key: strict(value) for key, value in node.items()}
        return {**closed, "additionalProperties": False} if "properties" in node and "additionalProperties" not in node else closed
    return [strict(item) for item in node] if isinstance(node, list) else node


def references(node):
    """All references below a node."""
    if isinstance(node, dict):
        yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        node = list(node.values())
    for item in node if isinstance(node, list) else []:
        yield from references(item)


def complaints_about_document(api):
    """What OpenAPI 3.1 wants of a document, as far as this one uses it."""
    if not api["openapi"].startswith("3.1.") or not {"title", "version"} <= api["info"].keys():
        yield "openapi, info.title and info.version are required"
    for reference in set(references(api)):
        try:
            resolve(api, {"$ref": reference})
        except KeyError:
            yield f"{reference} points nowhere"
    for name, schema in api["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            yield f"{name} is no JSON schema: {error.message}"
    names = []
    for path, item in api["paths"].items():
        declared = {resolve(api, parameter)["name"] for parameter in item.get("parameters", [])}
        if declared != set(re.findall(r"{(\w+)}", path)):
            yield f"{path} has other parameters than it declares"
        for method in item.keys() & METHODS:
            names.append(item[method]["operationId"])
            responses = item[method]["responses"]
            if not responses or any(not resolve(api, response).get("description") for response in responses.values()):
                yield f"{method} {path} has a response without a description"
    if len(names) != len(set(names)):
        yield "an operationId is used twice"


def complaints_about(api, answer):
    """How an answer differs from what is described."""
    request = f"{answer['method']} {answer['path']} -> {answer['code']}"
    for path, item in api["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), answer["path"]) and answer["method"].lower() in item:
            responses = item[answer["method"].lower()]["responses"]
            if str(answer["code"]) not in responses:
                yield f"{request} is not described"
                return
            content = resolve(api, responses[str(answer["code"])]).get("content", {})
            media = next((value for key, value in content.items() if answer["type"].startswith(key.split(";")[0])), None)
            if media is None:
                yield f"{request} is of type {answer['type']}"
            elif "json" in answer["type"]:
                schema = {**strict(media["schema"]), "components": strict(api["components"])}
                validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.draft202012_format_checker)
                yield from (f"{request}: {error.json_path} {error.message}" for error in validator.iter_errors(json.loads(answer["body"])))
            return
    yield f"{request} is not described at all"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        api = json.load(file)
    answers = json.load(sys.stdin)
    complaints = [*complaints_about_document(api), *(text for answer in answers for text in complaints_about(api, answer))]
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
